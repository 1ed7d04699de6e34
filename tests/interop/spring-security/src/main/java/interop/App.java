package interop;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the app shows: what it knows about the person, and the tokens that it has for them. */
@SpringBootApplication
@RestController
public class App {
    public static void main(String[] arguments) {
        SpringApplication.run(App.class, arguments);
    }

    @GetMapping("/")
    Map<String, Object> person(@AuthenticationPrincipal OidcUser person) {
        return Map.of(
                "id_token", person.getIdToken().getClaims(),
                "userinfo", person.getUserInfo() == null ? Map.of() : person.getUserInfo().getClaims());
    }

    /** The tokens, refreshed (see {@link Clients}). */
    @GetMapping("/tokens")
    Map<String, String> tokens(@RegisteredOAuth2AuthorizedClient OAuth2AuthorizedClient client) {
        return Map.of(
                "access_token", client.getAccessToken().getTokenValue(),
                "refresh_token", client.getRefreshToken().getTokenValue());
    }

    @GetMapping("/signed-out")
    String signedOut() {
        return "bye";
    }
}
