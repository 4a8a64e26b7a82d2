package dev.brink.grid;

import static dev.brink.grid.Grids.at;
import static dev.brink.grid.Grids.await;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads that a copy here may answer, and say who does, on two members. */
class KeyValueCopiesTest {
  @TempDir static Path directory;
  private static Grids grids;
  private static Grid first;
  private static Grid second;

  @BeforeAll
  static void start() {
    grids = Grids.joined(directory, 2);
    first = grids.member(1);
    second = grids.member(2);
  }

  @AfterAll
  static void stop() {
    grids.close();
  }

  @Test
  void aNodeReadsItsOwnWritesAndOthersWithinTheBound() throws Exception {
    KeyValue here = at(first, "stale");
    KeyValue there = at(second, "stale");
    ReadMode anAge = ReadMode.within(Duration.ofHours(1));
    get(here.put("key", bytes("1")));
    assertThat(get(there.get("key", anAge)).orElseThrow().text()).isEqualTo("1");
    get(here.put("key", bytes("2")));
    assertThat(get(here.get("key", anAge)).orElseThrow().text()).isEqualTo("2");
    assertThat(get(there.get("key", anAge)).orElseThrow().text()).isEqualTo("1");
    assertThat(get(there.get("key")).orElseThrow().text()).isEqualTo("2");
    assertThat(get(there.get("key", anAge)).orElseThrow().text()).isEqualTo("2");
    get(here.put("key", bytes("3")));
    await(
        "the bound is kept",
        () -> text(there, "key", ReadMode.within(Duration.ofMillis(50))).equals("3"));
    assertThat(get(there.delete("key"))).isTrue();
    assertThat(get(there.get("key", anAge))).isEmpty();
    get(there.increment("n", 2, WriteOptions.none()));
    assertThat(get(there.get("n", anAge)).orElseThrow().text()).isEqualTo("2");
  }

  @Test
  void aReadSaysWhetherACopyHereAnswersIt() throws Exception {
    KeyValue here = at(first, "copies");
    ReadMode anAge = ReadMode.within(Duration.ofHours(1));
    for (String key : List.of("there", "not there")) {
      KeyRead asked = here.read(key, anAge);
      assertThat(asked.local()).as("nothing is known of it").isFalse();
      get(asked.entry());
      assertThat(here.read(key, anAge).local()).as(key).isTrue();
      get(here.put("there", bytes("v")));
    }
    KeyRead copy = here.read("there", anAge);
    assertThat(copy.local()).isTrue();
    assertThat(get(copy.entry()).orElseThrow().text()).isEqualTo("v");
    KeyRead consistent = here.read("there", ReadMode.consistent());
    assertThat(consistent.local()).isFalse();
    assertThat(get(consistent.entry()).orElseThrow().text()).isEqualTo("v");
    get(here.put("large", new byte[1 << 20]));
    assertThat(here.read("large", anAge).local()).as("in chunks, which are not here").isFalse();
  }

  @Test
  void concurrentReadsAndWritesNeverHideAnOwnWrite() throws Exception {
    KeyValue at = at(second, "own");
    ReadMode anAge = ReadMode.within(Duration.ofHours(1));
    for (int i = 0; i < 200; i++) {
      CompletionStage<Optional<KeyValueEntry>> racing = at.get("key");
      get(at.put("key", bytes("" + i)));
      assertThat(get(at.get("key", anAge)).orElseThrow().text()).isEqualTo("" + i);
      get(racing);
      assertThat(get(at.get("key", anAge)).orElseThrow().text()).isEqualTo("" + i);
    }
  }

  private static String text(KeyValue at, String key, ReadMode mode) {
    return at.get(key, mode).toCompletableFuture().join().orElseThrow().text();
  }
}
