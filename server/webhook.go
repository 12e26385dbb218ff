package server

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"

	"github.com/valyala/fasthttp"

	"example.com/opentime/signals"
)

// Webhook is a shop system that tells of its stock and its orders, and what proves that it does.
type Webhook struct {
	signals.Webhook
	Secrets []string // any of them signs; none: it is not answered
}

// webhookHeaders are the names under which a shop system sends what belongs to a
// message.
type webhookHeaders struct{ signature, topic, id string }

// headersOf are by signals.WebhookKind.
var headersOf = [...]webhookHeaders{
	signals.Shopify:     {"X-Shopify-Hmac-Sha256", "X-Shopify-Topic", "X-Shopify-Webhook-Id"},
	signals.WooCommerce: {"X-WC-Webhook-Signature", "X-WC-Webhook-Topic", "X-WC-Webhook-Delivery-ID"},
}

// WebhookVariable is the variable of the environment that holds a webhook's
// secret, and that of the one before it.
func WebhookVariable(id string) (now, old string) {
	name := strings.ToUpper(strings.ReplaceAll(id, "-", "_"))
	return "OPENTIME_WEBHOOK_" + name, "OPENTIME_OLD_WEBHOOK_" + name
}

// webhookRoute answers POST /v1/webhooks/<webhook>. A message that is signed is
// answered 200 whatever is in it, unless another try could do better: shops switch
// webhooks off that fail.
func (s *Server) webhookRoute(ctx *fasthttp.RequestCtx) {
	id, _ := ctx.UserValue("webhook").(string)
	w, ok := s.config.Webhooks[id]
	if !ok {
		answerError(ctx, fasthttp.StatusNotFound, fmt.Sprintf("no webhook %q; write it in opentime.yaml, under webhooks", id))
		return
	}
	if len(w.Secrets) == 0 {
		variable, _ := WebhookVariable(id)
		answerError(ctx, fasthttp.StatusNotFound, fmt.Sprintf("webhook %q has no secret; set %s to the one its shop signs with", id, variable))
		return
	}
	headers, body := headersOf[w.From], ctx.PostBody()
	if w.From == signals.WooCommerce && isPing(body) {
		answerJSON(ctx, signals.Applied{Ignored: []signals.RowNote{{Row: 1, Why: "a ping"}}, Refused: []signals.RowNote{}})
		return
	}
	if !isSigned(body, ctx.Request.Header.Peek(headers.signature), w.Secrets) {
		variable, _ := WebhookVariable(id)
		if s.metrics.webhook(id, "unsigned") {
			slog.Warn("a webhook is not signed as its shop should", "webhook", id, "secret", variable)
		}
		answerError(ctx, fasthttp.StatusUnauthorized, fmt.Sprintf("%s is not this body's signature by the secret in %s", headers.signature, variable))
		return
	}
	topic := string(ctx.Request.Header.Peek(headers.topic))
	applied, err := s.takeWebhook(&w.Webhook, topic, string(ctx.Request.Header.Peek(headers.id)), body)
	switch {
	case err != nil:
		s.metrics.webhook(id, "failed")
		answerUnkept(ctx, err)
		return
	case len(applied.Refused) > 0:
		if s.metrics.webhook(id, "refused") {
			slog.Warn("a shop tells what cannot be applied", "webhook", id, "topic", topic, "why", applied.Refused[0].Why)
		}
	case applied.Applied > 0:
		s.metrics.webhook(id, "applied")
	default:
		s.metrics.webhook(id, "ignored")
	}
	answerJSON(ctx, applied)
}

// takeWebhook applies a message unless it came before, as of its first receipt. Its
// id is not signed, so its body is part of what it is known by.
func (s *Server) takeWebhook(w *signals.Webhook, topic, id string, body []byte) (signals.Applied, error) {
	take := s.config.Gatherer.Catalogue().TakeWebhook
	if w.IsOrder(topic) {
		take = s.takeOrder
	}
	if id == "" {
		return take(w, topic, body, s.config.Now())
	}
	e := newEvent(s.config.Now(), "webhook", w.ID, topic, id, string(body))
	e, again, err := s.recall(e)
	switch {
	case err != nil:
		return signals.Applied{}, err
	case again && e.status != 0:
		return signals.Applied{Ignored: []signals.RowNote{{Row: 1, Why: cameBefore}}, Refused: []signals.RowNote{}}, nil
	}
	if !again {
		if err := s.remember(true, e); err != nil {
			return signals.Applied{}, err
		}
	}
	applied, err := take(w, topic, body, e.received)
	if err != nil || len(applied.Refused) > 0 {
		return applied, err
	}
	e.status = fasthttp.StatusOK
	return applied, s.remember(false, e)
}

// isSigned reports whether a signature is a body's: base64 of HMAC-SHA-256 by one
// of the secrets.
func isSigned(body, signature []byte, secrets []string) bool {
	given, err := base64.StdEncoding.DecodeString(string(signature))
	if err != nil {
		return false
	}
	signed := false
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		signed = hmac.Equal(mac.Sum(nil), given) || signed
	}
	return signed
}

// isPing reports whether a body is what WooCommerce sends, unsigned, when a
// webhook is made: webhook_id=5.
func isPing(body []byte) bool {
	number, ok := bytes.CutPrefix(body, []byte("webhook_id="))
	return ok && len(number) > 0 && len(number) <= 20 && len(bytes.Trim(number, "0123456789")) == 0
}
