// What is true of Nest over its own TCP is so over RabbitMQ.
import '../nest/contract/enhancers.test.js';
import '../nest/contract/errors.test.js';
import '../nest/contract/events.test.js';
import '../nest/contract/lifecycle.test.js';
import '../nest/contract/packets.test.js';
import '../nest/contract/values.test.js';
