/** What a JSON text says, or why it cannot be read. */
export function readJson(text: string): { ok: true; value: unknown } | { ok: false; why: string } {
	try {
		return { ok: true, value: JSON.parse(text) as unknown };
	} catch (error) {
		return { ok: false, why: (error as Error).message };
	}
}
