import { Slots } from './Slots';

describe('Slots', () => {
  const { signal } = new AbortController();

  it('gives each slot to one, in the order of asking', async () => {
    const slots = new Slots(1);
    const order: string[] = [];
    const use = async (name: string) => {
      const giveBack = await slots.take(signal);
      order.push(name);
      await Promise.resolve();
      order.push(`${name} done`);
      giveBack();
    };
    await Promise.all(['a', 'b', 'c'].map(use));
    expect(order).toEqual(['a', 'a done', 'b', 'b done', 'c', 'c done']);
  });

  it('passes over who gave up', async () => {
    const slots = new Slots(1);
    const giveBack = await slots.take(signal);
    const impatient = new AbortController();
    const lost = slots.take(impatient.signal);
    const next = slots.take(signal);
    impatient.abort(new Error('no longer'));
    await expect(lost).rejects.toThrow('no longer');
    giveBack();
    (await next)();
    await expect(slots.take(impatient.signal)).rejects.toThrow('no longer');
    (await slots.take(signal))();
  });
});
