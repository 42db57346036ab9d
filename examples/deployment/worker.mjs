// The worker of compose.yaml, kubernetes/pod.yaml and systemd/jobs.service.
import { text } from 'posix-mqueue';
import { Worker } from 'posix-mqueue/service';

const { REQUESTS: requests = '/jobs', RESPONSES: responses = '/results' } = process.env;

const worker = new Worker(
  { requests, responses, codec: text, maxMessages: 10, maxMessageSize: 512 },
  (job) => `${job} processed`,
);
worker.on('ready', () => console.log('The worker is ready'));
worker.on('failure', ({ error }) => console.error(error));

// SIGTERM is how docker, Kubernetes and systemd end it: what it has in hand is finished first.
await worker.run({ signals: true, notify: process.env['NOTIFY_SOCKET'] !== undefined });
console.log('The worker has ended', worker.stats().processed);
