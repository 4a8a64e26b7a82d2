package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CdnLoopTest {
  private static final String ANOTHER = "0123456789abcdef0123456789abcdef";
  private static final String THIRD = "fedcba9876543210fedcba9876543210";

  private final CdnLoop mesh = CdnLoop.create();

  private static HttpHeaders headers(String... values) {
    HttpHeaders headers = new DefaultHttpHeaders();
    for (String value : values) {
      headers.add("CDN-Loop", value);
    }
    return headers;
  }

  @Test
  void aMeshKnowsWhatItHasPassedOnAndNoOtherDoes() {
    HttpHeaders passed = headers(mesh.next(headers("cdn.example; a=b", "", "other")));
    assertThat(passed.get(CdnLoop.NAME))
        .isEqualTo("cdn.example; a=b, other, brink;mesh=" + mesh.id());
    assertThat(mesh.hasPassed(passed)).isTrue();
    assertThat(CdnLoop.create().hasPassed(passed)).isFalse();
    assertThat(mesh.hasPassed(headers())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "brink",
        "brink;mesh=" + ANOTHER,
        "brink;mesh=",
        "brink;mesh",
        "brink;other=ID",
        "other;mesh=ID",
        "mesh=ID",
        "ID"
      })
  void whatHasNotItsIdWasNotPassedOnByIt(String value) {
    assertThat(mesh.hasPassed(headers(value.replace("ID", mesh.id())))).isFalse();
  }

  /** As one that reads and writes such a header anew may have it. */
  @ParameterizedTest
  @ValueSource(strings = {"Brink ; a=b ;Mesh=ID", "x,brink;mesh=ID,y", "x;a=\", brink;mesh=ID"})
  void itsIdIsFoundHoweverItIsWritten(String value) {
    assertThat(mesh.hasPassed(headers(value.replace("ID", mesh.id())))).isTrue();
  }

  /** A quote that is never closed hides no round of a loop. */
  @Test
  void allMeshesCountForTheLoopWhateverAClientSaysBefore() {
    HttpHeaders round = headers("x; a=\"", "brink");
    for (int i = 1; i < CdnLoop.MOST_PASSES; i++) {
      assertThat(CdnLoop.isIn(round)).isFalse();
      round = headers((i % 2 == 0 ? mesh : CdnLoop.create()).next(round));
    }
    assertThat(CdnLoop.isIn(round)).isTrue();
  }

  @Test
  void whatIsUnderWayWhenTheIdChangesIsStillKnown() {
    HttpHeaders passed = headers(mesh.next(headers()));
    mesh.adopt(ANOTHER);
    mesh.adopt(ANOTHER);
    assertThat(mesh.hasPassed(passed)).isTrue();
    assertThat(mesh.next(headers())).isEqualTo("brink;mesh=" + ANOTHER);
    assertThatThrownBy(() -> mesh.adopt("x, brink"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("id: 8 characters (expected: 32 hexadecimal digits)");
  }

  @Test
  void ofTwoIdsThatComeAtOnceOneIsTheLast() throws Exception {
    int rounds = 20_000;
    var round = new CyclicBarrier(2);
    List<CdnLoop> all = Stream.generate(CdnLoop::create).limit(rounds).toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<Integer>> both =
          Stream.of(ANOTHER, THIRD)
              .map(
                  id ->
                      threads.submit(
                          () -> {
                            for (CdnLoop one : all) {
                              round.await(20, TimeUnit.SECONDS);
                              one.adopt(id);
                            }
                            return rounds;
                          }))
              .toList();
      for (Future<Integer> one : both) {
        assertThat(one.get(60, TimeUnit.SECONDS)).isEqualTo(rounds);
      }
    }
    assertThat(all)
        .allMatch(one -> one.hasPassed(headers("brink;mesh=" + ANOTHER)))
        .allMatch(one -> one.hasPassed(headers("brink;mesh=" + THIRD)));
  }
}
