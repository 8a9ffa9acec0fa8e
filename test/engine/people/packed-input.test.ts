import fc from 'fast-check';

import { cleanInput } from '../../../engine/people/clean';
import { packInput, unpackInput } from '../../../engine/people/packed-input';

const NOW = Date.UTC(2026, 5, 1);

describe('Packing a checked input', () => {
	it('gives back what was packed, across threads', () => {
		const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 });
		const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
		const position = optional(fc.nat(20));
		const event = fc.record({
			user: text,
			anonymousId: optional(text),
			messageId: optional(text),
			name: fc.constantFrom('Viewed', 'viewed', 'Charged', 'Ça ⚡'),
			ts: fc.integer({ min: 1_500_000_000_000, max: NOW }),
			properties: optional(fc.dictionary(text, fc.jsonValue())),
			position,
		});
		const profile = fc.record({ id: text, properties: optional(fc.dictionary(text, fc.jsonValue())), position });
		const alias = fc.record({ from: text, to: text, position });
		const input = fc.record({ events: fc.array(event), profiles: fc.array(profile), aliases: fc.array(alias), historical: fc.boolean() });
		fc.assert(
			fc.property(input, (given) => {
				const clean = cleanInput(given, NOW);
				expect(unpackInput(structuredClone(packInput(clean)))).toEqual(clean);
			}),
		);
	});
});
