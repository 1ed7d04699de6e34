package interop;

import com.nimbusds.jose.jwk.JWK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.RefreshTokenOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.NimbusJwtClientAuthenticationParametersConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;

/** What Spring Security has to be told about its clients. */
@Configuration
class Clients {
    private final String issuer;
    private final JWK key;

    Clients(@Value("${ISSUER}") String issuer, @Value("${CLIENT_KEY}") Path key)
            throws IOException, ParseException {
        this.issuer = issuer;
        this.key = JWK.parse(Files.readString(key));
    }

    /** It takes RS256 alone unless it is told otherwise; one client is left as it is. */
    @Bean
    JwtDecoderFactory<ClientRegistration> idTokens() {
        var factory = new OidcIdTokenDecoderFactory();
        factory.setJwsAlgorithmResolver(client -> client.getRegistrationId().equals("client_secret_basic")
                ? SignatureAlgorithm.RS256
                : SignatureAlgorithm.ES256);
        return factory;
    }

    @Bean
    OAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> codes() {
        var codes = new RestClientAuthorizationCodeTokenResponseClient();
        codes.addParametersConverter(assertions());
        return codes;
    }

    /** Refreshes whenever tokens are asked for: there is no token that does not end within a day. */
    @Bean
    RefreshTokenOAuth2AuthorizedClientProvider refreshes() {
        var tokens = new RestClientRefreshTokenTokenResponseClient();
        tokens.addParametersConverter(assertions());
        var refreshes = new RefreshTokenOAuth2AuthorizedClientProvider();
        refreshes.setClockSkew(Duration.ofDays(1));
        refreshes.setAccessTokenResponseClient(tokens);
        return refreshes;
    }

    /** Client assertions name the token endpoint as their audience; doorward takes its issuer alone. */
    private <T extends AbstractOAuth2AuthorizationGrantRequest>
            NimbusJwtClientAuthenticationParametersConverter<T> assertions() {
        var assertions = new NimbusJwtClientAuthenticationParametersConverter<T>(client -> key);
        assertions.setJwtClientAssertionCustomizer(
                assertion -> assertion.getClaims().audience(List.of(issuer)));
        return assertions;
    }
}
