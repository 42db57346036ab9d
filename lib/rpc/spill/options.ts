import { integer, isBoolean, type Checks } from '../../base/options.js';

/** What becomes of bodies that are larger than a message. */
export interface SpillOptions {
  /**
   * Whether bodies that are too large for a message go through files in shared memory. Both sides need it, and must be
   * processes of one user that share `/dev/shm`.
   *
   * @defaultValue false
   */
  spill?: boolean | undefined;
  /**
   * Bytes of the largest body that is read from there. A larger one fails with `EMSGSIZE`, unread.
   *
   * @defaultValue 67108864
   */
  maxBodySize?: number | undefined;
}

/** @internal */
export const spillChecks: Checks<SpillOptions> = {
  spill: isBoolean,
  maxBodySize: integer(1, Number.MAX_SAFE_INTEGER),
};

/** 64 MiB, which is the size of `/dev/shm` in a container by default. */
export const MAX_BODY_SIZE: number = 64 * 2 ** 20;
