import { getDefaultResultOrder, setDefaultResultOrder } from 'node:dns';
import { getDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamily, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';

/** How a thread connects to hosts with several addresses. n8n sets that for its own; a new one begins with Node's defaults. */
export interface NetworkSettings {
	resultOrder: ReturnType<typeof getDefaultResultOrder>;
	autoSelectFamily: boolean;
	/** Milliseconds. */
	attemptTimeout: number;
}

/** Of this thread. */
export function networkSettings(): NetworkSettings {
	return { resultOrder: getDefaultResultOrder(), autoSelectFamily: getDefaultAutoSelectFamily(), attemptTimeout: getDefaultAutoSelectFamilyAttemptTimeout() };
}

/** Lets this thread connect as another does. */
export function useNetworkSettings({ resultOrder, autoSelectFamily, attemptTimeout }: NetworkSettings): void {
	setDefaultResultOrder(resultOrder);
	setDefaultAutoSelectFamily(autoSelectFamily);
	setDefaultAutoSelectFamilyAttemptTimeout(attemptTimeout);
}
