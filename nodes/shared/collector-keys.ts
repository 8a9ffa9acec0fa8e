const SHORTEST_KEY = 16;

/** Why the keys of a Campaigns Collector credential would let in whom they must not; undefined where they do not. Names no key. */
export function whyUnsafe(credential: Readonly<Record<string, unknown>>): string | undefined {
	const text = (name: string) => String(credential[name] ?? '');
	const keys = { 'Public Write Key': text('publicKey'), 'Server Write Key': text('serverKey'), 'CleverTap Passcode': text('passcode') };
	const short = Object.entries(keys).find(([, key]) => key !== '' && key.length < SHORTEST_KEY);
	if (short) return `The ${short[0]} is shorter than ${SHORTEST_KEY} characters`;
	const isServers = text('publicKey') !== '' && [text('serverKey'), text('passcode')].includes(text('publicKey'));
	return isServers ? 'The public key must differ from the server key and the passcode: everybody can read it' : undefined;
}
