import { isGsm7, notGsm7, smsParts } from '../../../../engine/channels/sms/gsm7';

const times = (text: string, count: number) => text.repeat(count);

describe('isGsm7', () => {
	// Position by position as in the tables of 3GPP TS 23.038; 0x1B is the escape itself.
	it('takes exactly the 127 characters of the default alphabet and the 10 of the extension table', () => {
		const taken = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code)).filter(isGsm7);
		expect(taken).toHaveLength(137);
	});

	it.each([...'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ ¤¡ÄÖÑÜ§¿äöñüà\f^{}\\[~]|€'])('takes %j', (character) => expect(isGsm7(character)).toBe(true));

	it.each([...'`çÁáÍíÓóÚúêâôαβ«»“”’–—…\t\u00A0😀'])('does not take %j', (character) => expect(isGsm7(`a${character}`)).toBe(false));

	it('takes no letter with a combining accent, which looks the same', () => {
		expect(isGsm7('\u00E9')).toBe(true);
		expect(isGsm7('e\u0301')).toBe(false);
	});
});

describe('smsParts', () => {
	it.each([
		['nothing', '', 'GSM-7', 1, 0],
		['a short text', 'Hello', 'GSM-7', 1, 5],
		['a full message', times('a', 160), 'GSM-7', 1, 160],
		['one more', times('a', 161), 'GSM-7', 2, 161],
		['two full parts', times('a', 306), 'GSM-7', 2, 306],
		['one more than two full parts', times('a', 307), 'GSM-7', 3, 307],
		['80 euros', times('€', 80), 'GSM-7', 1, 160],
		['a euro too much', `${times('a', 159)}€`, 'GSM-7', 2, 161],
		['a euro that would be split: it goes whole into the second part', `${times('a', 152)}€${times('a', 152)}`, 'GSM-7', 3, 306],
		['the same without a split', `${times('a', 151)}€${times('a', 153)}`, 'GSM-7', 2, 306],
		['every part one septet short', times('€', 153), 'GSM-7', 3, 306],
		['Hindi', 'नमस्ते', 'UCS-2', 1, 6],
		['a full message of UCS-2', times('ж', 70), 'UCS-2', 1, 70],
		['one more of UCS-2', times('ж', 71), 'UCS-2', 2, 71],
		['two full parts of UCS-2', times('ж', 134), 'UCS-2', 2, 134],
		['one more than two full parts of UCS-2', times('ж', 135), 'UCS-2', 3, 135],
		['one foreign character makes all of it UCS-2', `${times('a', 70)}ж`, 'UCS-2', 2, 71],
		['an extension character counts once in UCS-2', `${times('€', 69)}ж`, 'UCS-2', 1, 70],
		['35 smileys', times('😀', 35), 'UCS-2', 1, 70],
		['36 smileys: 33 in a part of 67', times('😀', 36), 'UCS-2', 2, 72],
		['67 smileys need three parts, as none is split', times('😀', 67), 'UCS-2', 3, 134],
		['a pair that would be split', `${times('ж', 66)}😀${times('ж', 66)}`, 'UCS-2', 3, 134],
		['half a pair', '\uD83D', 'UCS-2', 1, 1],
	] as const)('%s', (_name, body, encoding, parts, length) => expect(smsParts(body)).toMatchObject({ encoding, parts, length }));

	it.each([
		['nothing', '', 160],
		['a full message', times('a', 160), 0],
		['a message that needs two parts', times('a', 161), 145],
		['two parts, the first of them short by the euro that was not split', `${times('a', 152)}€${times('a', 100)}`, 51],
		['UCS-2', times('ж', 60), 10],
		['two parts of UCS-2', times('ж', 71), 63],
	] as const)('what is left after %s', (_name, body, left) => expect(smsParts(body).left).toBe(left));
});

it('notGsm7 names what makes a text UCS-2, each once', () => {
	expect(notGsm7('Hi “you”, it’s “free” – €5 😀😀')).toEqual(['“', '”', '’', '–', '😀']);
	expect(notGsm7('Plain €5 [text]')).toEqual([]);
});
