package interop;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.Map;
import org.htmlunit.Page;
import org.htmlunit.WebClient;
import org.htmlunit.html.HtmlElement;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An app on Spring Security signs people in through the playground. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.DEFINED_PORT)
class SignInTests {
    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonNode PLAYGROUND = JSON.readTree(System.getenv("PLAYGROUND"));
    private static final String APP = System.getenv("SPRING");

    /** By the names that they have in the app's configuration. */
    @ValueSource(strings = {"client_secret_basic", "client_secret_post", "private_key_jwt", "none"})
    @Retention(RetentionPolicy.RUNTIME)
    private @interface EveryClient {}

    private WebClient browser;

    @BeforeEach
    void open() {
        browser = new WebClient();
        browser.getOptions().setJavaScriptEnabled(false);
        browser.getOptions().setCssEnabled(false);
    }

    @AfterEach
    void close() {
        browser.close();
    }

    @ParameterizedTest(name = "an app with {0} sends a challenge", quoteTextArguments = false)
    @EveryClient
    void challenge(String client) throws IOException {
        Page page = browser.getPage(APP + "/oauth2/authorization/" + client);
        assertThat(page.getUrl().toString()).startsWith(issuer());
        assertThat(page.getUrl().getQuery()).contains("code_challenge_method=S256");
    }

    @ParameterizedTest(name = "an app with {0} signs a person in and reads userinfo", quoteTextArguments = false)
    @EveryClient
    void signIn(String client) throws IOException {
        JsonNode person = json(signInAt(client));
        for (String source : new String[] {"id_token", "userinfo"}) {
            Map.of("name", "Alice Archer", "email", "alice@acme.example", "tenant", "acme")
                    .forEach((claim, value) -> assertThat(person.at("/" + source + "/" + claim).asString())
                            .as(source)
                            .isEqualTo(value));
            assertThat(person.at("/" + source + "/email_verified").asBoolean()).isTrue();
        }
        assertThat(person.at("/id_token/iss").asString()).isEqualTo(issuer());
    }

    @ParameterizedTest(name = "an app with {0} refreshes, and the person is the same", quoteTextArguments = false)
    @EveryClient
    void refresh(String client) throws IOException {
        JsonNode before = json(signInAt(client));
        JsonNode first = json(browser.getPage(APP + "/tokens"));
        JsonNode second = json(browser.getPage(APP + "/tokens"));
        assertThat(second.get("access_token")).isNotEqualTo(first.get("access_token"));
        assertThat(second.get("refresh_token")).isNotEqualTo(first.get("refresh_token"));
        // Spring Security has the new ID token only when it agrees with the one before.
        JsonNode after = json(browser.getPage(APP + "/"));
        assertThat(after.at("/id_token/at_hash")).isNotEqualTo(before.at("/id_token/at_hash"));
        assertThat(after.at("/id_token/sub")).isEqualTo(before.at("/id_token/sub"));
    }

    @ParameterizedTest(name = "an app with {0} signs the person out", quoteTextArguments = false)
    @EveryClient
    void signOut(String client) throws IOException {
        signInAt(client);
        Page bye = submit(browser.getPage(APP + "/logout"), Map.of());
        assertThat(bye.getUrl()).hasToString(APP + "/signed-out");
        HtmlPage again = browser.getPage(APP + "/oauth2/authorization/" + client);
        assertThat(again.<HtmlForm>getByXPath("//form[.//input[@name='username']]")).isNotEmpty();
    }

    /** The way over doorward's sign-in page and the test IdP's; ends at the app. */
    private Page signInAt(String client) throws IOException {
        JsonNode acme = PLAYGROUND.get("tenants").valueStream()
                .filter(tenant -> tenant.get("slug").asString().equals("acme"))
                .findAny()
                .orElseThrow();
        HtmlPage page = browser.getPage(APP + "/oauth2/authorization/" + client);
        page = (HtmlPage) submit(page, Map.of("username", acme.get("login").asString()));
        return submit(
                page,
                Map.of(
                        "username", acme.get("idp_username").asString(),
                        "password", acme.get("idp_password").asString()));
    }

    /** Submits the first form that has all these fields, with these values. */
    private static Page submit(HtmlPage page, Map<String, String> values) throws IOException {
        String fields = values.keySet().stream().map("[.//input[@name='%s']]"::formatted).collect(joining());
        HtmlForm form = page.getFirstByXPath("//form" + fields);
        assertThat(form).as("the form with %s on %s", values.keySet(), page.getUrl()).isNotNull();
        values.forEach((name, value) -> form.getInputByName(name).setValue(value));
        return form.<HtmlElement>getFirstByXPath(".//button").click();
    }

    private static JsonNode json(Page page) {
        assertThat(page.getUrl().toString()).startsWith(APP);
        return JSON.readTree(page.getWebResponse().getContentAsString());
    }

    private static String issuer() {
        return PLAYGROUND.get("issuer").asString();
    }
}
