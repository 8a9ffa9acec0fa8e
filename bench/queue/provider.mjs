// A provider on loopback that takes as long as it is told to and notes when it was asked.
import { createServer } from 'node:http';

export async function startProvider() {
	let latency = 0;
	let seen = { count: 0, first: 0, last: 0 };
	const server = createServer((request, response) => {
		const now = performance.now();
		seen = { count: seen.count + 1, first: seen.first || now, last: now };
		request.resume();
		const answer = () => response.writeHead(201, { 'content-type': 'application/json' }).end(`{"id":"${seen.count}"}`);
		if (latency > 0) setTimeout(answer, latency);
		else answer();
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${server.address().port}`,
		/** Forgets what it has seen. */
		begin: (ms) => {
			latency = ms;
			seen = { count: 0, first: 0, last: 0 };
		},
		seen: () => seen,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
