"""Program state and its storage: queues, mailbox, waitlist, stash, tasks; from journal notes to new states."""
