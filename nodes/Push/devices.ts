import { isCertain, type DeadDevice } from '../../engine/channels/push/devices';
import type { Store } from '../../engine/store/store';

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
