package dev.brink.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.LoadedFunction;
import dev.brink.samples.sandbox.Catalog;
import dev.brink.samples.sandbox.PricingRules;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PricingRulesTest {
  @Test
  void aRulePricesWhatTheCatalogKnows() throws Exception {
    Catalog catalog =
        id ->
            id.equals("lamp")
                ? Optional.of(new Catalog.Article(id, "Lamp", 2_000))
                : Optional.empty();
    try (var rules = new PricingRules(catalog)) {
      LoadedFunction rule =
          rules
              .load(
                  "acme",
                  """
                  interface Article { price: number }
                  export default {
                    async fetch(request: Request, env: any) {
                      const id = new URL(request.url).searchParams.get('article');
                      if (id === 'loop') for (;;);
                      const article: Article | null = await env.CATALOG.find(id);
                      return article ? Response.json(article.price * 0.5) : new Response('unknown', { status: 404 });
                    },
                  };
                  """)
              .get(60, TimeUnit.SECONDS);
      assertThat(rules.price(rule, "lamp").get(60, TimeUnit.SECONDS)).isEqualTo("200 1000");
      assertThat(rules.price(rule, "none").get(60, TimeUnit.SECONDS)).isEqualTo("404 unknown");
      assertThatThrownBy(() -> rules.price(rule, "loop").get(60, TimeUnit.SECONDS))
          .hasMessageContaining("ran for more than 500 ms");
    }
  }
}
