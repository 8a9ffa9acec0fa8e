import type { ReceiptStatus } from '../../channels/receipts/receipt';
import type { Channel } from '../../people/records';
import type { Tx } from '../../store/database';
import type { Occasion } from '../campaign-events';
import { sharedBy } from './by-number';
import { BY_LINK, RESUBSCRIBED, UNSUBSCRIBED_TYPES } from './events';
import { optOut, takeBack, type Consent, type OptOut } from './opt-outs';

/** What a receipt says of somebody's consent, and the event that it leaves if it changes that. */
export interface StatedConsent extends OptOut {
	status: ReceiptStatus;
	/** Whether it was said by a text from a number, and so holds for everybody who has that. */
	isByNumber: boolean;
	occasion: Occasion;
}

/** When receipts said what of one person's channel. Epoch milliseconds. */
interface Stated {
	/** By the person: `complained` and `unsubscribed`. */
	out: Set<number>;
	/** By the person's mail server. */
	bounced: Set<number>;
	in: Set<number>;
}

const NOTHING: Stated = { out: new Set(), bounced: new Set(), in: new Set() };

/**
 * Opts people out, and takes back what receipts have opted out, whatever the order in which they come: the latest says
 * what holds. An opt-out that was stated otherwise (by a profile, an import or a link of our own) stays, as does one that a bounce
 * or such a link came after: the profile has the time of that by then. Call it under the lock `people`, held alone, when the receipts are stored.
 * @returns those for whom it changed something, without others who share a number: their history has no message it is of
 */
export async function applyConsents<One extends StatedConsent>(tx: Tx, consents: readonly One[], now: number): Promise<{ out: One[]; in: One[] }> {
	if (consents.length === 0) return { out: [], in: [] };
	const shared = await sharedBy(tx, consents);
	const all = [...consents, ...shared.keys()];
	const stated = await statedBy(tx, all);
	const ofPerson = ({ person, channel }: One) => stated.get(`${person} ${channel}`) ?? NOTHING;
	const of = (one: One): Stated => {
		const said = shared.get(one);
		return said ? both(ofPerson(one), ofPerson(said)) : ofPerson(one);
	};
	const out = all.filter((one) => one.status !== RESUBSCRIBED && !(one.status !== 'bounced' && latest(of(one).in) > one.at));
	const isOwn = (one: One) => !shared.has(one);
	// No report takes a bounce back, whichever is heard of first.
	const optedOut = await optOut(tx, out.map((one) => ({ ...one, one, ...(one.status === 'bounced' && { outlasts: of(one).in }) })), now);
	const takenBack = await takeBack(tx, all.filter(({ status }) => status === RESUBSCRIBED).flatMap((one) => takesBack(one, of(one))), now);
	return { out: optedOut.map(({ one }) => one).filter(isOwn), in: takenBack.map(({ one }) => one).filter(isOwn) };
}

/** Takes back what reports and texts have said of these people, without an event: no message is known that it is of. */
export async function subscribeAgain(tx: Tx, consents: readonly Consent[], now: number): Promise<void> {
	const stated = await statedBy(tx, consents);
	await takeBack(tx, consents.flatMap((one) => takesBack(one, stated.get(`${one.person} ${one.channel}`) ?? NOTHING)), now);
}

/** What one who subscribes again takes back; nothing where they have said otherwise since. */
function takesBack<One extends Consent>(one: One, { out, bounced }: Stated): Array<One & { one: One; statedAt: ReadonlySet<number> }> {
	return latest(out) < one.at ? [{ ...one, one, statedAt: except(out, bounced) }] : [];
}

function both(one: Stated, other: Stated): Stated {
	return { out: new Set([...one.out, ...other.out]), bounced: new Set([...one.bounced, ...other.bounced]), in: new Set([...one.in, ...other.in]) };
}

/** When each of them last subscribed again by a report, epoch milliseconds, by `<person> <channel>`. */
export async function subscribedAgainAt(tx: Tx, people: ReadonlyArray<Pick<Consent, 'person'>>): Promise<Map<string, number>> {
	return new Map([...(await statedBy(tx, people))].map(([who, said]) => [who, latest(said.in)]));
}

function latest(times: ReadonlySet<number>): number {
	return Math.max(-Infinity, ...times);
}

function except(times: ReadonlySet<number>, others: ReadonlySet<number>): Set<number> {
	return new Set([...times].filter((time) => !others.has(time)));
}

/** By person as given and channel; of all whom the person is made of. */
async function statedBy(tx: Tx, consents: ReadonlyArray<Pick<Consent, 'person'>>): Promise<Map<string, Stated>> {
	if (consents.length === 0) return new Map();
	const rows = await tx.allOf<{ given: number; channel: Channel; status: ReceiptStatus; at: number }>(
		{ person: 'integer' },
		[...new Set(consents.map(({ person }) => person))].map((person) => [person]),
		(given) => `WITH named AS (SELECT a.person AS given, coalesce(p.merged_into, p.person) AS survivor FROM ${given} AS a ${tx.dialect.each('person', 'p', 'p.person = a.person')}),
			whole AS (SELECT given, survivor AS person FROM named UNION ALL SELECT n.given, p.person FROM named AS n ${tx.dialect.each('person', 'p', 'p.merged_into = n.survivor')})
			SELECT w.given, m.channel, r.status, r.at FROM whole AS w ${tx.dialect.each('message', 'm', 'm.person = w.person')}
			${tx.dialect.each('receipt', 'r', `r.run = m.run AND r.message = m.message AND r.mark <> '${BY_LINK}' AND r.status IN ('bounced', 'complained', 'unsubscribed', '${RESUBSCRIBED}')`)}`,
	);
	const stated = new Map<string, Stated>();
	for (const { given, channel, status, at } of rows) {
		const key = `${given} ${channel}`;
		const one = stated.get(key) ?? { out: new Set<number>(), bounced: new Set<number>(), in: new Set<number>() };
		stated.set(key, one);
		if (status === RESUBSCRIBED) one.in.add(at);
		else if (status === 'bounced') one.bounced.add(at);
		else one.out.add(at);
	}
	return stated;
}

/** Of these each one counts that has a time of its own: people may change their minds more than once. */
export function isConsentOfPerson(status: ReceiptStatus): boolean {
	return status === RESUBSCRIBED || UNSUBSCRIBED_TYPES.has(status);
}
