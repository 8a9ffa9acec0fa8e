import { ColumnBuilder, type EncodedColumn } from './column-builder';

/** Takes JSON objects apart into a column per property, whatever properties they have. */
export class PropertiesBuilder {
	private readonly builders = new Map<string, ColumnBuilder>();

	add(row: number, properties: Record<string, unknown>): void {
		for (const name of Object.keys(properties)) {
			let builder = this.builders.get(name);
			if (!builder) this.builders.set(name, (builder = new ColumnBuilder(name.includes('.'))));
			builder.set(row, properties[name]);
		}
	}

	finish(size: number): EncodedColumn[] {
		return [...this.builders].flatMap(([name, builder]) => (builder.isEmpty ? [] : [builder.encoded(name, size)]));
	}
}
