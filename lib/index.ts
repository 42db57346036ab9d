export { MessageQueue, type MessageQueueEvents } from './queue.js';
export { Message } from './message.js';
