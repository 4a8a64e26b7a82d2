package dev.brink.exec;

/** Parts of a guest's script that compares how the engine and this runtime do the same. */
final class TwoWays {
  /**
   * {@code differences(all, engines, own)} has, by line, what the two do differently, a thrown
   * error included: nothing when they do the same with all. {@code random()} makes a function whose
   * numbers are the same each time: {@code any(n)} is one from 0 to below {@code n}.
   */
  static final String COMPARED =
      """
      const outcome = (use, given) => {
        try {
          return use(given);
        } catch (error) {
          return `${error.name}: ${error.message}`;
        }
      };
      const differences = (all, engines, own) => all
        .map((given) => [given, outcome(engines, given), outcome(own, given)])
        .filter(([, expected, actual]) => expected !== actual)
        .map((difference) => difference.join(' | '))
        .join('\\n');
      const random = (seed = 7) => (n) => (seed = (seed * 48271) % 2147483647) % n;
      """;

  private TwoWays() {}
}
