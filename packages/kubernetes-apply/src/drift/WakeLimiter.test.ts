import { TestClock } from '../__testUtils__/TestClock';
import { WakeLimiter } from './WakeLimiter';

describe('WakeLimiter', () => {
  function start() {
    const clock = new TestClock();
    const woken: string[] = [];
    const limiter = new WakeLimiter<string>({
      clock,
      intervalMs: 10,
      maxIntervalMs: 35,
      wake: (owner, reason) => woken.push(`${owner} ${reason}`),
    });
    return { clock, limiter, woken };
  }

  it('lets each owner through at once, and once', () => {
    const { limiter, woken } = start();
    for (const owner of ['a', 'b', 'a']) limiter.request(owner, 'first');
    expect(woken).toEqual(['a first', 'b first']);
  });

  it('tells the latest reason at the end of the rest', () => {
    const { clock, limiter, woken } = start();
    for (const reason of ['1', '2', '3']) limiter.request('a', reason);
    clock.advance(9);
    expect(woken).toEqual(['a 1']);
    clock.advance(1);
    expect(woken).toEqual(['a 1', 'a 3']);
  });

  it('makes rests longer for an owner that is woken again and again', () => {
    const { clock, limiter, woken } = start();
    const pauses: number[] = [];
    limiter.request('a', '0');
    for (let i = 1; i <= 4; i++) {
      limiter.request('a', `${i}`);
      let paused = 0;
      for (; woken.length === i; paused++) clock.advance(1);
      pauses.push(paused);
    }
    expect(pauses).toEqual([10, 20, 35, 35]);
  });

  it('begins anew after a rest in which nothing happened', () => {
    const { clock, limiter, woken } = start();
    limiter.request('a', '1');
    limiter.request('a', '2');
    clock.advance(10);
    clock.advance(20);
    limiter.request('a', '3');
    limiter.request('a', '4');
    clock.advance(10);
    expect(woken).toEqual(['a 1', 'a 2', 'a 3', 'a 4']);
  });

  it('says nothing once it is closed', () => {
    const { clock, limiter, woken } = start();
    limiter.request('a', '1');
    limiter.request('a', '2');
    limiter.close();
    clock.advance(100);
    expect(woken).toEqual(['a 1']);
  });
});
