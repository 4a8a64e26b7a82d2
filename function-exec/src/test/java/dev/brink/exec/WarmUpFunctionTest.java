package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WarmUpFunctionTest {
  private final FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).build();

  @AfterEach
  void close() {
    runtime.close();
  }

  /** What stopped half way would warm up half of it. */
  @Test
  void allThatItIsAskedForIsDone() {
    Map<String, String> answers = new TreeMap<>();
    List<String> all = new ArrayList<>(WarmUpFunction.OTHERS);
    all.addAll(WarmUpFunction.USUALS);
    for (String what : all) {
      LoadedFunction function = Sandbox.join(runtime.load(WarmUpFunction.bundle(what, 1)));
      var answered = new Answered();
      function.invoke(WarmUpFunction.call(what), answered);
      answers.put(what, answered.end().text().replaceAll("[0-9a-f-]{20,}", "ID"));
    }
    assertThat(answers)
        .containsEntry("json", "{\"path\":\"/json\",\"method\":\"GET\",\"agent\":\"brink\"}")
        .containsEntry("text", "up of localhost")
        .containsEntry("made", "{\"url\":\"http://localhost/made?warm=up\"}")
        .containsEntry("bodies", "{\"text\":\"text\",\"again\":\"text\"}")
        .containsEntry("documents", "{\"open\":4800}")
        .containsEntry("streams", "somewords")
        .containsEntry("pipes", "words")
        .containsEntry("compression", "some words")
        .containsEntry("signatures", "{\"id\":\"ID\",\"bytes\":32,\"right\":true}")
        .containsEntry("routes", "{\"href\":\"http://localhost/users/1?a=b&c=d\",\"id\":\"1\"}")
        .containsEntry("waits", "AbortError")
        .hasSize(12)
        .hasEntrySatisfying("forms", text -> assertThat(text).contains("value", "words.txt"));
  }

  @Test
  void aCallThatFailsSaysSo() {
    LoadedFunction function = Sandbox.join(runtime.load(WarmUpFunction.bundle("nothing", 1)));
    var call = new WarmUpCall();
    function.invoke(WarmUpFunction.call("nothing"), call);
    assertThatThrownBy(() -> call.done().join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(FunctionException.class);
  }
}
