import { operation, type Tx } from '../store/database';
import { loadRows } from './directory';
import { eventMatchKey, internEventNames } from './event-names';
import type { Device } from './records';
import { PersonState } from './state';
import { EVENT_COLUMNS, removeOwners, updateRows } from './write-people';

/** A push token that its service says is dead. */
export interface ForgottenDevice {
	person: number;
	token: string;
	kind: Device['kind'];
	/** Epoch ms from which on it is dead. */
	since: number;
}

/** Names of the events, CleverTap's where it has one: for somebody who has no app any more, and for one who has no browser. */
const UNINSTALLED = 'App Uninstalled';
const UNREGISTERED = 'Push Unregistered';

/**
 * Takes dead push tokens off their profiles. Whoever has no device of an app left, or no browser, gets an event into their
 * history: services give out new tokens for the same app, and the old one dies. A token that is somebody else's by now, was registered again after it died, or is gone already is left alone, so that a repetition
 * changes nothing.
 * @returns how many tokens were taken off
 */
export const forgetDevices = operation<{ devices: ForgottenDevice[] }, { forgotten: number }>(async (tx, { devices }, { now }) => {
	if (devices.length === 0) return { forgotten: 0 };
	// Alone, as whoever changes people: a token may be registered anew at this moment.
	await tx.lock('people');
	const owned = await ownedBy(tx, devices);
	const states = new Map((await loadRows(tx, [...new Set(owned.map(({ person }) => person))])).map((row) => [row.person, new PersonState(row)]));
	const gone = owned.filter(({ person, token, since }) => {
		const state = states.get(person);
		const device = state?.devices.get(token);
		if (!state || !device || (device.seenAt ?? 0) > since) return false;
		state.removeDevice(token);
		return true;
	});
	if (gone.length === 0) return { forgotten: 0 };
	await updateRows(tx, [...states.values()].filter(({ changed }) => changed).map((state) => state.toRow(now)));
	await removeOwners(tx, gone.map(({ token }) => token));
	await recordEvents(tx, lastOnes(gone, states), now);
	return { forgotten: gone.length };
});

/** Those that are still of the person they were sent to, or of who that person has become; each once. */
async function ownedBy(tx: Tx, devices: readonly ForgottenDevice[]): Promise<ForgottenDevice[]> {
	const rows = await tx.all<{ token: string; person: number }>(
		`SELECT given.token, device_owner.person
		 FROM ${tx.dialect.rows('$1', { person: 'integer', token: 'text' })} AS given
		 JOIN person AS named ON named.person = given.person
		 JOIN device_owner ON device_owner.token = given.token AND device_owner.person = COALESCE(named.merged_into, named.person)`,
		[JSON.stringify(devices.map(({ person, token }) => [person, token]))],
	);
	const owners = new Map(rows.map(({ token, person }) => [token, Number(person)]));
	// Of several reports of one token the latest death counts.
	const latest = new Map<string, ForgottenDevice>();
	for (const device of devices) {
		const person = owners.get(device.token);
		if (person !== undefined && device.since >= (latest.get(device.token)?.since ?? 0)) latest.set(device.token, { ...device, person });
	}
	return [...latest.values()];
}

/** Those whose person has no other device left of which the same event would tell: of several, the one that died last. */
function lastOnes(gone: readonly ForgottenDevice[], states: ReadonlyMap<number, PersonState>): ForgottenDevice[] {
	const last = new Map<string, ForgottenDevice>();
	for (const device of gone) {
		const left = [...(states.get(device.person)?.devices.values() ?? [])];
		if (left.some((other) => nameOf(other) === nameOf(device))) continue;
		const key = `${device.person} ${nameOf(device)}`;
		if (device.since >= (last.get(key)?.since ?? 0)) last.set(key, device);
	}
	return [...last.values()];
}

function nameOf({ kind }: Pick<Device, 'kind'>): string {
	return kind === 'webpush' ? UNREGISTERED : UNINSTALLED;
}

async function recordEvents(tx: Tx, gone: readonly ForgottenDevice[], now: number): Promise<void> {
	if (gone.length === 0) return;
	const names = new Map(gone.map((device) => [eventMatchKey(nameOf(device)), nameOf(device)]));
	const numbers = await internEventNames(tx, names);
	await tx.insertRows(
		'event',
		EVENT_COLUMNS,
		gone.map((device) => {
			const name = numbers.get(eventMatchKey(nameOf(device))) as number;
			return [device.person, name, Math.min(device.since, now), now, 0, JSON.stringify({ 'Push service': device.kind })];
		}),
	);
}
