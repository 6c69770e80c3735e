// Hears every move of every trade from a queue of its own, and prints a line for each. Nothing of the market knows that it is there.
import amqp from 'amqplib';

const [address = 'amqp://localhost/', queue = 'example.listener', type = 'trading.trade-moved.v1'] = process.argv.slice(2);

const connection = await amqp.connect(address);
const channel = await connection.createChannel();

// Whoever says something declares this too, with the same properties; so it does not matter who comes first.
await channel.assertExchange('jangteo.events', 'topic', { durable: true });

// Durable, so that what is said while this program is away waits for it. Declared and bound by this program alone.
await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
await channel.bindQueue(queue, 'jangteo.events', type);
await channel.prefetch(100);

await channel.consume(queue, (delivery) => {
  if (delivery === null) throw new Error(`The queue ${queue} was deleted.`);
  const { position } = delivery.properties.headers;
  const { body } = JSON.parse(delivery.content.toString());
  // A message can come twice: the same position again is the same message.
  console.log(JSON.stringify({ position, trade: body.trade, kind: body.kind, revision: body.revision, do: body.do, from: body.from, to: body.to }));
  channel.ack(delivery);
});
console.error(`Listening to ${type} on ${queue}.`);

// A connection that breaks ends the program, and whoever started it starts it again: the queue has kept what it missed.
connection.on('close', () => process.exit(1));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
