// The verbs that make a store out of another one.

extension CommandHelp {
    static let backup = """
        usage: logjobs backup [--json] <folder> <target>

        Makes a backup in a new folder, which must be empty or not there. The store may be in use
        meanwhile; what had been answered to its program is in the backup. All of the backup is read
        and verified, and it is durable when this ends. Restoring is opening it, or a copy of it.

        Segments that are ended are not copied if both folders are on one file system: they get a
        second name, and share their bytes. Copy the backup to another disk to be safe from the
        failure of this one.

        Exits with 1 if the store is damaged; then there is no backup, see logjobs repair.

          logjobs backup shop.jobs /mnt/backup/shop.jobs
          logjobs backup shop.jobs shop.copy && rsync -a shop.copy/ elsewhere:shop.jobs/
        """

    static let repair = """
        usage: logjobs repair [--json] <folder> <target>

        Makes a new store in a new folder of all that can still be read of a damaged one, and prints
        what is lost. Restore a backup rather, if there is one. The damaged store is not changed; no
        program may have it open. Keep it: histories are not in the new one.

        Jobs come as they were last seen. Those that may have gone on since are listed as stale:
        they may run once more.

        Exits with 0 if nothing is lost, 1 if something is damaged or lost.

          logjobs repair shop.jobs shop.repaired
          logjobs repair --json shop.jobs shop.repaired | jq .stale_jobs
        """
}
