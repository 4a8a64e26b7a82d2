package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a function breaks by using up its stack is its own. */
class StackEdgeTest {
  /** In a JVM of its own, where nothing has been used before. */
  @Test
  @Timeout(TestJvm.TIMEOUT)
  void whatIsFirstUsedWhereTheStackEndsWorksForOthers() throws Exception {
    shows(TestJvm.run("512m", StackEdge.class));
  }

  @Test
  @Timeout(TestJvm.TIMEOUT)
  void whatIsFirstUsedOfWebAssemblyThereDoesToo() throws Exception {
    shows(TestJvm.run("512m", StackEdge.class, StackEdge.WASM));
  }

  /** The first one's engine has used it for all. */
  @Test
  @Timeout(TestJvm.TIMEOUT)
  void soItDoesInARuntimeThatIsNotTheFirst() throws Exception {
    shows(TestJvm.run("512m", StackEdge.class, StackEdge.WASM, StackEdge.SECOND));
  }

  private static void shows(TestJvm.Ended ended) {
    assertThat(ended.lines())
        .as(ended.text())
        .noneMatch(line -> line.startsWith(StackEdge.WRONG))
        .filteredOn(line -> line.startsWith(StackEdge.TRIED))
        .hasSize(1);
  }
}
