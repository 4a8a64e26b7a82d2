package dev.brink.mesh.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.brink.mesh.proto.DeploymentList;
import dev.brink.mesh.proto.KvKey;
import dev.brink.mesh.proto.KvKeys;
import dev.brink.mesh.proto.NodeList;
import dev.brink.mesh.proto.PurgeAnswer;
import dev.brink.mesh.proto.RegretList;
import dev.brink.mesh.proto.SecretList;
import dev.brink.mesh.proto.UsageList;
import org.junit.jupiter.api.Test;

class AdminJsonTest {
  @Test
  void aWholeNumberHasNoFraction() {
    KvKey key =
        KvKey.newBuilder().setName("a").setBytes(5).setExpiration(1_764_547_200_000.0).build();

    assertThat(AdminJson.compact(key))
        .isEqualTo("{\"name\":\"a\",\"expiration\":1764547200000,\"bytes\":5}");
    assertThat(AdminJson.answer(KvKeys.newBuilder().addKeys(key).build()))
        .isEqualTo("{\"keys\":[{\"name\":\"a\",\"expiration\":1764547200000,\"bytes\":5}]}");
    assertThat(AdminJson.complete(PurgeAnswer.newBuilder().setMillis(12).build()))
        .contains("\"millis\": 12,");
  }

  @Test
  void otherNumbersAndAllTextStayAsTheyAre() {
    Struct given =
        Struct.newBuilder()
            .putFields("a 1.0 \" 2.0", text("3.0 \\\" 4.0 \\"))
            .putFields("half", number(-0.5))
            .putFields("tiny", number(1.5e-9))
            .putFields("huge", number(1e300))
            .putFields("none", number(0))
            .putFields("less", number(-7))
            .build();

    String json = AdminJson.compact(given);

    assertThat(json)
        .isEqualTo(
            "{\"a 1.0 \\\" 2.0\":\"3.0 \\\\\\\" 4.0 \\\\\",\"half\":-0.5,\"tiny\":1.5E-9,"
                + "\"huge\":1.0E300,\"none\":0,\"less\":-7}");
    assertThat(AdminJson.parse(json, Struct.newBuilder()).build()).isEqualTo(given);
  }

  @Test
  void anEmptyListIsAnEmptyArray() {
    assertThat(AdminJson.answer(NodeList.getDefaultInstance())).isEqualTo("{\"nodes\":[]}");
    assertThat(AdminJson.answer(DeploymentList.getDefaultInstance()))
        .isEqualTo("{\"deployments\":[]}");
    assertThat(AdminJson.answer(UsageList.getDefaultInstance())).isEqualTo("{\"rows\":[]}");
    assertThat(AdminJson.answer(RegretList.getDefaultInstance())).isEqualTo("{\"samples\":[]}");
    assertThat(AdminJson.answer(SecretList.getDefaultInstance())).isEqualTo("{\"secrets\":[]}");
    assertThat(AdminJson.answer(KvKeys.getDefaultInstance())).isEqualTo("{\"keys\":[]}");
    assertThat(AdminJson.answer(PurgeAnswer.getDefaultInstance())).isEqualTo("{\"nodes\":[]}");
  }

  @Test
  void aMessageWithoutListsIsAnsweredToo() {
    assertThat(AdminJson.answer(KvKey.newBuilder().setName("a").build()))
        .isEqualTo("{\"name\":\"a\"}");
    assertThat(AdminJson.answer(list())).isEqualTo("[]");
  }

  private static ListValue list() {
    return ListValue.getDefaultInstance();
  }

  private static Value number(double value) {
    return Value.newBuilder().setNumberValue(value).build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}
