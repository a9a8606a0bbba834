/** Waiting for something, but not for ever. */

/** Whether something happens within so many seconds; its failure is somebody else's to see. */
export async function happensWithin(seconds: number, what: Promise<unknown>): Promise<boolean> {
  let timer;
  const patience = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), seconds * 1000);
  });
  const happened = what.then(() => true, () => true);
  const isInTime = await Promise.race([happened, patience]);
  clearTimeout(timer);
  return isInTime;
}
