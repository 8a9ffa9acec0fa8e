export async function printMemory() {}
