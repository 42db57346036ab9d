const REPLACED =
  'its name was removed, and the queue that has it now cannot be opened. See who created that ' +
  'one, and how: permissions, trustedOwner';

/** What a system error of a queue means, and what to do: by system call, then for all of them. */
const remedies: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mq_open: {
    EACCES:
      'this user may not open it so. Ask the owner for permission, or open it with less access. What ' +
      'its creator gave as mode may be less by the umask of that process: see stat() there, and the ' +
      'option exactMode',
    EEXIST: 'it exists already. Leave exclusive out, choose another name, or unlink it first',
    EINVAL:
      'the name or a size was refused. The name needs a leading slash; maxMessages and ' +
      'maxMessageSize must keep to the limits that limits() gives',
    EMFILE:
      'the descriptors of this process or the queue bytes of this user are used up. Close or ' +
      'unlink queues, ask for smaller ones, or raise RLIMIT_NOFILE or RLIMIT_MSGQUEUE (ulimit -n, ' +
      'ulimit -q)',
    ENOENT: 'there is none of this name. Open it with create: true, or start its creator first',
    ENOSPC:
      'this system has as many queues as it may. Unlink some, or raise ' +
      '/proc/sys/fs/mqueue/queues_max',
  },
  mq_unlink: {
    EACCES:
      'this user may not unlink it. Only its owner and root may; or a sandbox forbids it to all',
    ENOENT: 'there is none of this name. It may have been unlinked already',
  },
  mq_timedreceive: {
    EACCES: REPLACED,
    ENOBUFS:
      'as many of its messages are in hand as the concurrency of its receiver allows. Acknowledge them ' +
      'first, or open it with more',
    EBADF: "it was opened for writing only. Open it with access: 'read' or 'readwrite'",
  },
  mq_timedsend: {
    EACCES: REPLACED,
    EBADF: "it was opened for reading only. Open it with access: 'write' or 'readwrite'",
    EFAULT:
      'the bytes of a message are not there any more, or are more than there were: their ArrayBuffer ' +
      'was transferred or resized while it waited for its turn. Give it a copy',
    EINVAL: 'the priority was refused. It must be 0 to 32767',
    EMSGSIZE:
      'the message is larger than its maxMessageSize. Send less, or create the queue with a ' +
      'larger one',
  },
};

const common: Readonly<Record<string, string>> = {
  ENFILE: 'the system has as many open files as it may. Close some, or raise fs.file-max',
  ENOMEM: 'memory is short. Free some, or use smaller queues',
  ENOSYS:
    'this kernel or this sandbox has no POSIX message queues, or no real-time signal is free. ' +
    'See mq_overview(7)',
  EPERM: 'a security policy forbids it. See the container or sandbox settings',
};

/** One sentence part: what happened, and what to do. */
export function remedyFor(code: string, syscall: string): string {
  return remedies[syscall]?.[code] ?? common[code] ?? 'see mq_overview(7) for its meaning';
}
