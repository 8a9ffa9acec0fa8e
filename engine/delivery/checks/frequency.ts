import type { Tx } from '../../store/database';
import { Counts, takesRoom, type Candidate, type ClaimBatch, type RunRow } from './candidate';
import type { Check, Refusal } from './check';

const DAY_MS = 86_400_000;

interface Counted {
	campaignId: string;
	/** Of this channel, and counted for the account's limits. */
	global: boolean;
	/** When it was sent; now, when it is yet to be. Epoch ms. */
	at: number;
}

/**
 * How often one person is sent to: by the account's limits per channel, and by the campaign's own. Messages of all
 * profiles that were merged into one add up. Exports are no messages to a person: nothing here concerns them.
 */
export const frequency: Check = {
	locks(batch) {
		if (isExport(batch)) return [];
		const runs = [...batch.runs.values()];
		return [
			...(hasGlobal(batch) && runs.some(({ who }) => !who.outsideGlobalLimits) ? [`frequency ${batch.channel}`] : []),
			...runs.filter(hasOwn).map(({ campaignId }) => `frequency of ${campaignId}`),
		];
	},
	async prepare(tx, batch) {
		if (isExport(batch)) return undefined;
		const limited = batch.candidates.filter((candidate) => isLimited(batch, candidate));
		if (limited.length === 0) return undefined;
		const counted = await readCounted(tx, batch, limited);
		return {
			judge(candidate) {
				if (!isLimited(batch, candidate)) return undefined;
				const before = counted.get(candidate.person?.survivor as number) ?? [];
				return byCampaign(candidate.run, before, batch.now) ?? byAccount(batch, candidate.run, before);
			},
			take({ run, person, hasRoom }, wait) {
				if (!person || hasRoom || wait) return;
				const before = counted.get(person.survivor) ?? [];
				counted.set(person.survivor, [...before, { campaignId: run.campaignId, global: !run.who.outsideGlobalLimits, at: batch.now }]);
			},
		};
	},
};

function isExport({ channel }: ClaimBatch): boolean {
	return channel === 'export';
}

function hasGlobal({ settings, channel }: ClaimBatch): boolean {
	const { mostMessages, dwellMs } = settings.channels[channel] ?? {};
	return mostMessages !== undefined || dwellMs !== undefined;
}

function hasOwn({ who }: RunRow): boolean {
	return who.mostEver !== undefined || who.minimumGapMs !== undefined;
}

function isLimited(batch: ClaimBatch, { run, person, hasRoom }: Candidate): boolean {
	return person !== undefined && !hasRoom && (hasOwn(run) || (!run.who.outsideGlobalLimits && hasGlobal(batch)));
}

function byCampaign({ campaignId, who }: RunRow, before: readonly Counted[], now: number): Refusal | undefined {
	const own = before.filter((message) => message.campaignId === campaignId);
	const { mostEver, minimumGapMs } = who;
	if (mostEver !== undefined && own.length >= mostEver) {
		return { kind: 'refuse', reason: 'campaign_frequency_cap', detail: `At most ${mostEver} messages of this campaign to one person` };
	}
	if (minimumGapMs !== undefined && own.some(({ at }) => at > now - minimumGapMs)) {
		return { kind: 'refuse', reason: 'campaign_frequency_cap', detail: 'Too soon after the last message of this campaign' };
	}
	return undefined;
}

function byAccount({ settings, channel, now }: ClaimBatch, { who }: RunRow, before: readonly Counted[]): Refusal | undefined {
	if (who.outsideGlobalLimits) return undefined;
	const { mostMessages, perDays = 1, dwellMs } = settings.channels[channel] ?? {};
	const global = before.filter((message) => message.global);
	if (mostMessages !== undefined && global.filter(({ at }) => at > now - perDays * DAY_MS).length >= mostMessages) {
		return { kind: 'refuse', reason: 'global_frequency_cap', detail: `At most ${mostMessages} messages per ${perDays} × 24 hours` };
	}
	if (dwellMs !== undefined && global.some(({ at }) => at > now - dwellMs)) return { kind: 'refuse', reason: 'dwell_time' };
	return undefined;
}

/** Messages that count, by survivor. Those of a merged profile stay under its number. */
async function readCounted(tx: Tx, { channel, now, settings }: ClaimBatch, candidates: Candidate[]): Promise<Map<number, Counted[]>> {
	const { perDays = 1, dwellMs = 0 } = settings.channels[channel] ?? {};
	const since = now - Math.max(perDays * DAY_MS, dwellMs);
	const campaigns = [...new Set(candidates.map(({ run }) => run).filter(hasOwn).map(({ campaignId }) => campaignId))];
	const at = `CASE WHEN m.state IN ('sent', 'unknown') THEN coalesce(m.sent_at, m.claimed_at) ELSE $1 END`;
	const rows = await tx.allOf<{ survivor: number; campaign_id: string; global: number; at: number }>(
		{ person: 'integer' },
		[...new Set(candidates.map(({ person }) => person?.survivor as number))].map((person) => [person]),
		(given) => `WITH given AS (SELECT person FROM ${given} AS g)
		 SELECT n.survivor, m.campaign_id, CASE WHEN m.channel = $2 AND m.counts = ${Counts.everything} THEN 1 ELSE 0 END AS global, ${at} AS at
		 FROM (SELECT given.person AS survivor, given.person FROM given
			UNION ALL SELECT given.person AS survivor, p.person FROM given ${tx.dialect.each('person', 'p', 'p.merged_into = given.person')}) AS n
		 ${tx.dialect.each('message', 'm', 'm.person = n.person')}
		 WHERE ${takesRoom('m')} AND ((m.channel = $2 AND m.counts = ${Counts.everything} AND ${at} > $3)
			OR (m.channel <> 'export' AND m.campaign_id IN (SELECT campaign_id FROM ${tx.dialect.rows('$4', { campaign_id: 'text' })} AS c)))`,
		[now, channel, since, JSON.stringify(campaigns.map((campaign) => [campaign]))],
	);
	return Map.groupBy(
		rows.map(({ survivor, campaign_id: campaignId, global, at: moment }) => ({ survivor, campaignId, global: global === 1, at: moment })),
		({ survivor }) => survivor,
	);
}
