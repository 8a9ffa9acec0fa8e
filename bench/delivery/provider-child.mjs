// The provider that everybody sends to, in a process of its own: answers at once, and notes when it was asked.
import { createServer } from 'node:http';

let seen = { count: 0, first: 0, last: 0 };
const now = () => performance.timeOrigin + performance.now();

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
	request.resume();
	request.on('end', () => {
		const at = now();
		seen.count += 1;
		seen.first ||= at;
		seen.last = at;
		response.writeHead(201, { 'content-type': 'application/json' });
		response.end(`{"id":"${seen.count}"}`);
	});
});

process.on('message', (message) => {
	if (message === 'begin') seen = { count: 0, first: 0, last: 0 };
	process.send({ seen });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
