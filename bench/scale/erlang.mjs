// How long messages wait for one of several workers: M/M/c, which is arrivals that know nothing of each other and work of
// exponential length, and what is known of other lengths (Allen and Cunneen).

/**
 * The share of messages that have to wait, after Erlang: 1 where the workers cannot keep up.
 *
 * @param load - arrival rate times service time: how many workers are busy
 */
export function waitingShare(workers, load) {
  if (load >= workers) return 1;
  // Erlang B by its recursion, which overflows for no number of workers.
  let blocked = 1;
  for (let count = 1; count <= workers; count += 1) {
    blocked = (load * blocked) / (count + load * blocked);
  }
  const utilization = load / workers;
  return blocked / (1 - utilization + utilization * blocked);
}

/**
 * What `workers` workers do with that load. Times in seconds; `Infinity` where they cannot keep up.
 *
 * @param rate - arrivals a second
 * @param service - seconds that one message takes, all in all
 * @param variation - of that time: standard deviation by mean, 1 for exponential, 0 for always the same
 */
export function queueing({ rate, service, workers, variation = 1 }) {
  const load = rate * service;
  const utilization = load / workers;
  const share = waitingShare(workers, load);
  const isStable = utilization < 1;
  // How fast a line goes down, by how much lengths vary: half of the sum of the variations squared.
  const spread = (1 + variation ** 2) / 2;
  const meanOfThoseWhoWait = isStable
    ? (spread * service) / (workers * (1 - utilization))
    : Infinity;
  const meanWait = share * meanOfThoseWhoWait;
  return {
    workers,
    load,
    utilization,
    share,
    meanWait,
    meanDepth: rate * meanWait,
    /** The time that only so great a part of the messages waits longer. */
    waitOf: (part) => (part >= share ? 0 : meanOfThoseWhoWait * Math.log(share / part)),
    /** How many messages wait at most, but for so great a part of the time. */
    depthOf: (part) => {
      if (!isStable) return Infinity;
      if (part >= share) return 0;
      // With a spread of 1 exactly: the line has n or more in share * utilization^n of the time.
      return Math.ceil((spread * Math.log(share / part)) / -Math.log(utilization));
    },
  };
}

/** The fewest workers with which no more than `part` of the messages wait longer than `wait` seconds. */
export function workersFor({ rate, service, variation, wait, part }) {
  let workers = Math.floor(rate * service) + 1;
  while (queueing({ rate, service, variation, workers }).waitOf(part) > wait) workers += 1;
  return workers;
}
