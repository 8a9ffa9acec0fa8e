import { textOfHtml, withPreheader } from '../../../../engine/channels/email/body';
import { assertSendable, faultOf, mailbox, MAX_ATTACHMENT_BYTES, MAX_BODY_BYTES, messageIdHeader, readAttachments, type EmailMessage } from '../../../../engine/channels/email/message';
import { checkUnsubscribeUrl, oneClickHeaders, unsubscribeUrl } from '../../../../engine/channels/email/unsubscribe';
import { EMAIL } from '../../../support/email-message';

const file = (bytes: number, filename = 'a.bin') => ({ filename, contentType: 'application/octet-stream', content: async () => Buffer.alloc(bytes) });

describe('a message', () => {
	it('may be all of this', () => {
		const most: Partial<EmailMessage> = {
			from: { address: 'news@example.com', name: 'Hôtel "du Lac" <x>, 😀' }, replyTo: 'a@example.com', cc: ['b@example.com'], bcc: ['c@example.com'], subject: 'é'.repeat(900), html: 'x'.repeat(MAX_BODY_BYTES),
			headers: { 'List-Unsubscribe': '<https://example.com>' }, attachments: [file(1, 'é "x".pdf')],
		};
		expect(faultOf({ ...EMAIL, ...most })).toBeUndefined();
	});

	it.each([
		['no address', { to: 'x' }, 'invalid_recipient', 'not an email address'],
		['a sender that is none', { from: { address: 'x' } }, 'personalization_failed', 'not an email address'],
		['an answer to nobody', { replyTo: 'x' }, 'personalization_failed', 'not an email address'],
		['a copy to nobody', { bcc: ['x'] }, 'personalization_failed', 'not an email address'],
		['too many copies', { cc: Array.from({ length: 21 }, (_, i) => `c${i}@example.com`) }, 'personalization_failed', 'more than 20 copies'],
		...['\r', '\n', '\0', '\u0085', '\u2028', '\u001b'].map((character) => ['a control character', { subject: `a${character}b` }, 'personalization_failed', 'line break'] as const),
		['a name with a line break', { from: { address: 'news@example.com', name: 'a\nb' } }, 'personalization_failed', 'line break'],
		['a header with a line break', { headers: { 'X-A': 'a\nb' } }, 'personalization_failed', 'The header X-A has a line break'],
		['a header name that is none', { headers: { 'X-A: b\r\nBcc': 'a' } }, 'personalization_failed', 'cannot be set'],
		['a header of ours', { headers: { 'reply-to': 'a@example.com' } }, 'personalization_failed', 'cannot be set'],
		['a file name with a line break', { attachments: [file(1, 'a\nb')] }, 'personalization_failed', 'line break'],
		['a subject that is too long', { subject: 'x'.repeat(901) }, 'payload_too_large', '900'],
		['HTML that is too large', { html: 'é'.repeat(MAX_BODY_BYTES / 2 + 1) }, 'payload_too_large', 'HTML'],
		['a text that is too large', { text: 'x'.repeat(MAX_BODY_BYTES + 1) }, 'payload_too_large', 'text'],
		['too many files', { attachments: Array.from({ length: 21 }, () => file(1)) }, 'payload_too_large', '20'],
	] as Array<[string, Partial<EmailMessage>, string, string]>)('with %s is not sent', (_name, over, reason, detail) => {
		expect(faultOf({ ...EMAIL, ...over })).toEqual({ reason, detail: expect.stringContaining(detail) });
		expect(() => assertSendable({ ...EMAIL, ...over })).toThrow(detail);
	});

	it('takes files up to a size, all together', async () => {
		const half = MAX_ATTACHMENT_BYTES / 2;
		expect(await readAttachments({ ...EMAIL, attachments: [file(half), file(half)] })).toHaveLength(2);
		await expect(readAttachments({ ...EMAIL, attachments: [file(half), file(half + 1)] })).rejects.toMatchObject({ code: 'payload_too_large' });
	});

	it('has an ID that fits into angle brackets', () => expect(messageIdHeader({ ...EMAIL, messageId: 'a b>\r\n<c-1.2_' })).toBe('a_b____c-1.2_@example.com'));

	it.each([
		[{ address: 'a@example.com' }, 'a@example.com'],
		[{ address: 'a@example.com', name: 'Ann' }, '"Ann" <a@example.com>'],
		[{ address: 'a@example.com', name: 'A "b" \\ <c>, d' }, '"A \\"b\\" \\\\ <c>, d" <a@example.com>'],
	])('%j is written %s', (from, text) => expect(mailbox(from)).toBe(text));
});

describe('the text of HTML', () => {
	it.each([
		['<h1>Hi</h1><p>One<br>two &amp; three &lt;3</p>', 'Hi\n\nOne\ntwo & three <3'],
		['<a href="https://example.com/a?b=1&amp;c=2">Book</a> <a href="https://example.com">https://example.com</a>', 'Book [https://example.com/a?b=1&c=2] https://example.com'],
		['<style>p{}</style><script>x()</script><img src="x" alt="y">Only', 'Only'],
		['<table><tr><td>A</td><td>B</td></tr><tr><td><table><tr><td><p>C</p></td></tr></table></td></tr></table>', 'A\nB\n\nC'],
		[`<p>${'word '.repeat(60)}</p>`, 'word '.repeat(60).trim()],
		['', ''],
	])('%j', (html, text) => expect(textOfHtml(html)).toBe(text));

	it('of any depth is found', () => expect(() => textOfHtml('<div>'.repeat(50_000))).not.toThrow());
});

describe('a preheader', () => {
	const hidden = /<div style="display:none[^>]*>Hello/;
	it.each([
		['<p>x</p>', /^<div style="display:none/],
		['<html><body><p>x</p></body></html>', /^<html><body><div style="display:none/],
		['<html><BODY bgcolor="#fff"\n class="x"><p>x</p>', /class="x"><div style="display:none/],
	])('is at the beginning of %j', (html, place) => {
		expect(withPreheader(html, 'Hello')).toMatch(hidden);
		expect(withPreheader(html, 'Hello')).toMatch(place);
		expect(withPreheader(html, ' ')).toBe(html);
	});
});

describe('an unsubscribe URL', () => {
	it.each(['http://example.com/u', 'https://{{ Profile.host }}/u', '{{ Profile.url }}', 'https://user{{ x }}@example.com/', 'mailto:a@example.com', ''])('%j is refused', (template) => {
		expect(() => checkUnsubscribeUrl(template)).toThrow();
	});

	it('is written so that it fits into its header', () => {
		const template = 'https://example.com/u/{{ Profile.x }}';
		expect(() => checkUnsubscribeUrl(template)).not.toThrow();
		expect(unsubscribeUrl('https://example.com/u/a,b <c>é', template)).toBe('https://example.com/u/a%2Cb%20%3Cc%3E%C3%A9');
		for (const elsewhere of ['https://example.com.evil.example/u', 'https://example.com@evil.example/u', 'https://example.com/u/..', 'javascript:x']) expect(() => unsubscribeUrl(elsewhere, template)).toThrow();
		expect(oneClickHeaders('https://example.com/u')).toEqual({ 'List-Unsubscribe': '<https://example.com/u>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' });
	});
});
