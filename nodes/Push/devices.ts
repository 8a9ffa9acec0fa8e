import { isCertain, type DeadDevice } from '../../engine/channels/push/devices';
import type { Store } from '../../engine/store/store';
import { profilesByNumber } from '../shared/releases';
import type { RecipientUser } from '../shared/recipients';

/** Adds the devices of people whom the store knows to items that list none: push tokens are not on items of a campaign. */
export async function knownDevices(users: RecipientUser[], store: Store): Promise<void> {
	// No store holds an id of half a character or with a NUL.
	const ids = [...new Set(users.flatMap(({ id }) => id ?? []))].filter((id) => id.isWellFormed() && !id.includes('\u0000'));
	if (ids.length === 0) return;
	const known = await store.ask('whoIs', { entries: [], ids });
	const people = new Map(known.ids.map(({ id, person }) => [id, person]));
	const profiles = await profilesByNumber(store, [...people.values()]);
	for (const user of users) {
		const person = user.id === undefined ? undefined : people.get(user.id);
		const profile = person === undefined ? undefined : profiles.get(person);
		if (!profile) continue;
		user.person = profile.person;
		user.push ??= profile.push;
	}
}

/** Devices that turned out to be dead while a batch was sent, and whose they are. */
export class DeadDevices {
	private readonly found: Array<DeadDevice & { person: number }> = [];

	add(person: number | undefined, dead: readonly DeadDevice[]): void {
		if (person !== undefined) this.found.push(...dead.map((device) => ({ ...device, person })));
	}

	/** Takes them off their profiles. People have been sent to by now: if it fails, the next message finds them dead again. */
	async forget(store: Store): Promise<void> {
		const devices = this.found.filter(isCertain).map(({ person, since, device: { token, kind } }) => ({ person, token, kind, since }));
		if (devices.length === 0) return;
		await store.call('forgetDevices', { devices }).catch(() => undefined);
	}
}
