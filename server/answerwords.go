package server

import "strings"

// answerWords are our own words on the page of an answer.
type answerWords struct{ confirm, thanks, closed, again string }

// wordsOf are the words in a locale's language; in English where we have none.
func wordsOf(locale string) answerWords {
	language, _, _ := strings.Cut(strings.ToLower(locale), "-")
	switch language {
	case "nl":
		return answerWords{"Bevestigen", "Bedankt voor je antwoord.", "Antwoorden kan niet meer.", "Dat is niet gelukt. Probeer het nog eens."}
	case "fr":
		return answerWords{"Confirmer", "Merci pour votre réponse.", "Il n’est plus possible de répondre.", "Cela n’a pas fonctionné. Veuillez réessayer."}
	case "de":
		return answerWords{"Bestätigen", "Danke für Ihre Antwort.", "Antworten ist nicht mehr möglich.", "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal."}
	case "es":
		return answerWords{"Confirmar", "Gracias por su respuesta.", "Ya no se puede responder.", "No ha funcionado. Inténtelo de nuevo."}
	}
	return answerWords{"Confirm", "Thank you for your answer.", "Answering is no longer possible.", "That did not work. Please try again."}
}
