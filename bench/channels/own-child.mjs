// Sends to everybody in a store as a sender node does: claim, render, send, settle.
import { createRequire } from 'node:module';
import { nodeOf, publish, select } from '../delivery/campaign-run.mjs';
import { CHANNELS, TEMPLATE } from './channels.mjs';
import { measure } from './child.mjs';

const require = createRequire(import.meta.url);
const { openStore } = require('../../dist/engine/index.js');
const { attemptGroup } = require('../../dist/engine/delivery/attempt.js');
const { deliver } = require('../../dist/engine/delivery/deliver.js');
const { compile } = require('../../dist/engine/personalization/liquid.js');

/** People per release, and releases that one node has under way: as of the pack's nodes. */
const BATCH = 500;
const IN_FLIGHT = 4;

process.once('message', async ({ name, url, path, people, atOnce }) => {
	const store = await openStore({ path });
	const run = await publish(store, { name });
	await select(store, run, { all: [] });
	const sender = await makeSender(store, CHANNELS[name], name, url, atOnce);
	const trigger = await nodeOf(store, 'trigger');
	const work = async () => {
		for (;;) {
			const { release } = await store.call('claimRelease', { node: trigger, limit: BATCH });
			if (!release) return;
			if (release.size === 0) continue;
			await sender(await store.call('openRelease', { token: release.token, node: trigger }));
			await store.call('settleRelease', { token: release.token, end: 'success' });
		}
	};
	const figures = await measure(people, async () => await Promise.all(Array.from({ length: IN_FLIGHT }, work)));
	const report = await store.ask('runReport', { run });
	if (report.sent !== people) throw new Error(`${report.sent} of ${people} messages are recorded as sent: ${JSON.stringify(report)}`);
	await store.close();
	process.send(figures, () => process.exit());
});

async function makeSender(store, { channel, provider: make, message }, name, url, atOnce) {
	const node = await nodeOf(store, name);
	const provider = make(url, atOnce);
	const template = compile(TEMPLATE);
	const options = {
		store, node, channel, maxWaitMs: 0, canHold: true,
		send: async (one, ledger) => await attemptGroup([provider], one, { ...ledger, now: Date.now, sleep: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms)), random: Math.random }),
	};
	return async (released) => {
		const found = await store.call('profilesOf', { people: released.map(({ person }) => person) });
		const profiles = new Map(found.map(({ requested, profile }) => [requested, profile]));
		await deliver(released.map((one) => delivery(one, profiles.get(one.person))), options);
	};

	function delivery({ entry, visit, run, campaignId, person }, { id, phone, properties }) {
		return {
			entry, visit: visit + 1, run, campaignId, person, key: '', since: Date.now(), payload: null,
			address: { ok: true, address: channel === 'sms' ? phone : id },
			render: (messageId, now) => {
				const rendered = template.render({ profile: { ...properties, id, phone }, now });
				if (!rendered.ok) return rendered;
				return { ok: true, message: message({ id, phone, ...properties, text: rendered.text, messageId }, url) };
			},
		};
	}
}
