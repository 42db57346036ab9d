import { MessageQueue } from 'posix-mqueue';

const queue = MessageQueue.open(process.argv[2]);
await queue.send('from a child');
await queue.close();
