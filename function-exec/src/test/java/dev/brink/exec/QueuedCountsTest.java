package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.lane.LaneShares;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is under way is counted right, whatever is thrown. */
class QueuedCountsTest {
  @Test
  void whatCouldNotBeQueuedIsNotUnderWay() {
    try (Sandbox sandbox = Sandbox.of(1, RuntimeLimits.builder().unfinished(1).build())) {
      LoadedFunction function = sandbox.handler("return new Response('fine')");
      Invocation invocation =
          Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60));
      var run = new Run((GraalFunction) function, invocation, new Answered());
      // Shares of no lanes, with one instance where there is no lane.
      var shares = new LaneShares(0, true);
      assertThatThrownBy(() -> ((GraalRuntime) sandbox.runtime).invoke(run, 2, shares))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(sandbox.get(function, "/").end().text()).isEqualTo("fine");
    }
  }
}
