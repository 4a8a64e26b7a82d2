package dev.brink.mesh.cli;

/** How many answers were wrong, and what was wrong with the first of them. For one thread. */
final class WrongAnswers {
  private int count;
  private String first = "";

  /**
   * Counts one.
   *
   * @param what who asked for what, and what came instead of what was expected
   */
  void add(String what) {
    if (count++ == 0) {
      first = OneLine.of(what);
    }
  }

  boolean none() {
    return count == 0;
  }

  /** Such as {@code 2 answers were not right, the first: curl, GET http://…: 500 (expected: …)}. */
  @Override
  public String toString() {
    return count + " answers were not right" + (none() ? "" : ", the first: " + first);
  }
}
