import * as fc from 'fast-check';
import { toEmailAddress } from '../../../../engine/channels/email/address';

it.each([
	['ann@example.org', 'ann@example.org'],
	['  ann@example.org\n', 'ann@example.org'],
	['Ann.Lee+x@EXAMPLE.Org', 'Ann.Lee+x@example.org'],
	["o'brien_!#$%&*/=?^`{|}~-@example.org", "o'brien_!#$%&*/=?^`{|}~-@example.org"],
	['ann@münchen.example', 'ann@xn--mnchen-3ya.example'],
	['ann@mail.co.uk', 'ann@mail.co.uk'],
	[`${'a'.repeat(64)}@example.org`, `${'a'.repeat(64)}@example.org`],
])('%j is %s', (typed, address) => expect(toEmailAddress(typed)).toEqual({ ok: true, address }));

it.each([
	undefined, null, '', 'ann', '@example.org', 'ann@', 'ann@localhost', 'ann@example', 'ann@@example.org', 'ann lee@example.org', '.ann@example.org', 'ann.@example.org', 'a..b@example.org',
	'ann@-a.org', 'ann@a-.org', 'ann@a..org', 'ann@.org', 'ann@example.org.', 'ann@127.0.0.1', 'ann@[127.0.0.1]', 'ann@0x7f.1', 'ann@example.org/x', 'ann@example%2eorg', 'ann@exa mple.org',
	'"ann lee"@example.org', 'Ann <ann@example.org>', 'ann@example.org, bob@example.org', 'bob@example.net,ann@example.org', 'ann@example.org\r\nBcc: x@example.net', 'a\u0000nn@example.org', 'é@example.org',
	`${'a'.repeat(65)}@example.org`, `ann@${'a'.repeat(64)}.org`, `ann@${'a.'.repeat(130)}org`, 'ann@example.123', {}, 12,
])('%j is none', (typed) => expect(toEmailAddress(typed)).toEqual({ ok: false, why: expect.stringMatching(/is not an email address$/) }));

it('says so of any length, shortly', () => {
	const checked = toEmailAddress('x'.repeat(10_000));
	expect(!checked.ok && checked.why.length).toBeLessThan(120);
});

it('what it gives never ends a header or an envelope, and stays the same', () => {
	fc.assert(fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary' }), fc.tuple(fc.string(), fc.string()).map((parts) => parts.join('@'))), (typed) => {
		const checked = toEmailAddress(typed);
		if (!checked.ok) return;
		expect(checked.address).toMatch(/^[\x21-\x7e]+$/);
		expect(checked.address).not.toMatch(/[<>,;:"()[\]\\]/);
		expect(toEmailAddress(checked.address)).toEqual(checked);
	}));
});
