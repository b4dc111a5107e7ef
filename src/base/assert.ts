/** A broken assertion is a bug of ours: it throws, and only the process edge catches it. */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed';
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailed(message);
}

/** Exhaustiveness: the compiler refuses a call whose argument can still be something. */
export function unreachable(value: never): never {
  throw new AssertionFailed(`unreachable: ${JSON.stringify(value)}`);
}

/** An element that must be there; indexes into dense arrays are our own, so a miss is a bug. */
export function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new AssertionFailed(`no element at ${index} of ${list.length}`);
  return found;
}
