// A run of a campaign in a store, without n8n around it.

const DAY_MS = 86_400_000;

export async function nodeOf(store, name) {
	const { node } = await store.call('registerNode', { workflowId: 'bench', nodeId: name, name, type: 'bench' });
	return node;
}

/** Publishes a campaign whose first run is due at once. @returns its run */
export async function publish(store, { name, segment = { all: [] }, limits = {}, blockSize = 500 }) {
	const who = { customControlGroups: [], systemControlGroup: false, limits, outsideGlobalLimits: false };
	const definition = { segment, schedule: { kind: 'now' }, runKey: 'now', blockSize, graceMs: 0, maxLatenessMs: DAY_MS, who };
	const { run } = await store.call('publishCampaign', { campaignId: `bench:${name}`, workflowId: 'bench', name, labels: [], definition, byOperator: true });
	return run.run;
}

/** Selects people as the Campaign Trigger does when a run is due. @returns how many */
export async function select(store, run, segment) {
	const node = await nodeOf(store, 'trigger');
	const { people } = await store.ask('find', { rule: segment });
	const { length } = people;
	await store.call('startRun', { run, node, people });
	return length;
}

/** Releases everybody who was selected, batch by batch, as the trigger's executions would get them; `settle` ends these. */
export async function releaseAll(store, limit = 500) {
	const node = await nodeOf(store, 'trigger');
	const batches = [];
	const tokens = [];
	for (;;) {
		const { release } = await store.call('claimRelease', { node, limit });
		if (!release) break;
		if (release.size === 0) continue;
		tokens.push(release.token);
		batches.push(await store.call('openRelease', { token: release.token, node }));
		// As their executions would, if they took so long.
		if (tokens.length % 50 === 0) await store.call('renewLeases', { releases: tokens.map((token) => ({ token, forMs: 0, patienceMs: 3_600_000 })) });
	}
	const settle = async () => {
		for (const token of tokens) await store.call('settleRelease', { token, end: 'success' });
	};
	return { batches, settle };
}
