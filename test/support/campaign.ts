import type { CampaignDefinition } from '../../engine/campaigns/definition';
import type { MessageClaim } from '../../engine/delivery/claim';
import type { Released } from '../../engine/holds/release';
import type { Store } from '../../engine/store/store';

export const CAMPAIGN_ID = 'workflow:trigger';

const definition: CampaignDefinition = {
	segment: { all: [] },
	schedule: { kind: 'now' },
	runKey: 'now first',
	blockSize: 500,
	graceMs: 0,
	maxLatenessMs: 86_400_000,
};

/** Puts people p1..pN with a phone into the store and returns their numbers. */
export async function addPeople(store: Store, count: number): Promise<number[]> {
	const profiles = Array.from({ length: count }, (_, index) => ({ id: `p${index + 1}`, phone: `+1415555${String(1000 + index)}` }));
	await store.call('ingest', { profiles });
	const { people } = await store.ask('find', { rule: { all: [] } });
	return [...people];
}

export async function node(store: Store, nodeId: string): Promise<number> {
	return (await store.call('registerNode', { workflowId: 'workflow', nodeId, name: nodeId, type: 'test' })).node;
}

/** Publishes a campaign and starts its run with these people at node `trigger`. */
export async function startRun(store: Store, people: number[], overrides: Partial<CampaignDefinition> = {}, campaignId = CAMPAIGN_ID): Promise<number> {
	const published = await store.call('publishCampaign', {
		campaignId,
		workflowId: 'workflow',
		name: 'Test campaign',
		labels: ['a', 'b'],
		definition: { ...definition, ...overrides },
		byOperator: true,
	});
	const run = published.run?.run as number;
	await store.call('startRun', { run, node: await node(store, 'trigger'), people: Uint32Array.from(people) });
	return run;
}

/** Claims and opens the next release of a node. */
export async function release(store: Store, nodeNumber: number, limit = 500): Promise<{ token: string; people: Released[]; attempt: number } | undefined> {
	const claim = await store.call('claimRelease', { node: nodeNumber, limit });
	if (!claim.release) return undefined;
	const { token, attempt } = claim.release;
	return { token, attempt, people: await store.call('openRelease', { token, node: nodeNumber }) };
}

export function claimFor(released: Released, overrides: Partial<MessageClaim> = {}): MessageClaim {
	const { entry, visit, run, campaignId, person } = released;
	return { entry, visit: visit + 1, key: '', run, campaignId, person, addressHash: `address of ${person}`, ...overrides };
}
