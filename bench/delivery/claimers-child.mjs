// One process: sends batches of messages as a sender node does, through a provider that takes no time.
import { createRequire } from 'node:module';
import { personOf } from './people.mjs';

const require = createRequire(import.meta.url);
const { openStore } = require('../../dist/engine/index.js');
const { deliver } = require('../../dist/engine/delivery/deliver.js');

const SENT = { outcome: 'sent', provider: 'Bench', kind: 'bench', providerId: null, attempts: [] };

process.once('message', async ({ options, atOnce, node, campaignId, batches }) => {
	const store = await openStore(options);
	process.send('ready');
	await new Promise((resolve) => process.once('message', resolve));
	const states = {};
	const next = async () => {
		for (let batch = batches.shift(); batch; batch = batches.shift()) {
			const delivered = await deliver(batch.map((one) => delivery(one, campaignId)), {
				store, node, channel: 'sms', maxWaitMs: 0, canHold: true,
				send: async (_message, ledger) => {
					await ledger.beforeRequest();
					return SENT;
				},
			});
			for (const { state } of delivered) states[state] = (states[state] ?? 0) + 1;
		}
	};
	await Promise.all(Array.from({ length: atOnce }, next));
	process.send(states);
	await new Promise((resolve) => process.once('message', resolve));
	await store.close();
	process.exit();
});

function delivery({ entry, visit, person, run }, campaignId) {
	return {
		entry, visit, person, run, campaignId, key: '', since: Date.now(), payload: null,
		address: { ok: true, address: personOf(person).phone },
		render: () => ({ ok: true, message: undefined }),
	};
}
