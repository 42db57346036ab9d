import { json, MessageQueue, type Message } from 'posix-mqueue';
import rxjs = require('posix-mqueue/rxjs');

const queue: MessageQueue = MessageQueue.open('/jobs', { create: true });
export const received: Promise<Message> = queue.receive();
rxjs.fromQueue('/jobs', { codec: json<{ id: number }>() }).subscribe(({ id }) => id.toFixed());
