import assert from 'node:assert/strict';
import { Message } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { coreOf } from '#dist/message-queue/message-queue.js';

describe('more messages than a call may have arguments', () => {
  it('are all held when they are handed back at one time', async () => {
    const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 8 });
    const data = Buffer.alloc(0);
    const messages = Array.from({ length: 200_000 }, () => new Message(data));
    void coreOf(queue).hold(messages);
    assert.equal(queue.heldMessages, messages.length);
    assert.equal((await queue.close()).length, messages.length);
  });
});
