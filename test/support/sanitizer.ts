/**
 * Whether programs besides Node can be run. ThreadSanitizer is preloaded into them too, and shells crash
 * of it, and a C++ program that does not expect signals gets them.
 */
export const runsOthers: boolean = process.env['SANITIZER'] !== 'thread';
